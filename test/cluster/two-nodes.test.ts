/** CS and AC with people on two nodes. */
import { describeRules } from './rules/rules.ts';

describeRules(2);
