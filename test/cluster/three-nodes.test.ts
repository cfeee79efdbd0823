/** CS and AC with people on three nodes. */
import { describeRules } from './rules/rules.ts';

describeRules(3);
