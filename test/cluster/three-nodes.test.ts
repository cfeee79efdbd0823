/** CS and AC6 with people on three nodes. */
import { describeSessionRules } from './rules.ts';

describeSessionRules(3);
