/** The audit trail, after something has happened. */
import type { Stage } from '../stage.ts';

export async function audit({ ask, newcomer }: Stage): Promise<void> {
  const [admin, person] = [await newcomer({ roles: ['admin'] }), await newcomer()];
  await ask(admin, 'GET', '/api/audit');
  await ask(admin, 'GET', `/api/audit?actor=${person.email}&outcome=granted&limit=5`);
  await ask(person, 'GET', '/api/audit');
  await ask(admin, 'GET', '/api/audit?outcome=nonsense');
}
