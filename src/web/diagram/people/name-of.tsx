import { isolated } from '../../language/isolated.ts';
import { useNameOf } from '../open-diagram.ts';

/** What somebody is called, also who has left before this page was opened. */
export function NameOf({ email }: { email: string }) {
  return isolated(useNameOf(email));
}
