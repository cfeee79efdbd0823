/** CS and AC6 with people on two nodes. */
import { describeSessionRules } from './rules.ts';

describeSessionRules(2);
