/** The platform's own calls: people, signing in, health, metrics, the description. */
import jwt from 'jsonwebtoken';
import { startApp, TEST_SECRET } from '../../support/app.ts';
import { NOBODY, type Stage } from '../stage.ts';

export async function platform({ ask, newcomer, ledger }: Stage): Promise<void> {
  const person = await newcomer();
  for (const path of ['/livez', '/readyz', '/metrics', '/openapi.json', '/sign-in-ways']) await ask(null, 'GET', path);
  await ask(person, 'GET', '/me');
  await ask(person, 'GET', `/people?email=${person.email}`);
  await ask(person, 'GET', `/people?email=${NOBODY}`);
  await ask(person, 'GET', '/people?email=x');

  await ask(null, 'POST', '/dev/login', { body: { email: 'dev@firm.example' } });
  const other = jwt.sign({ sub: 'other', email: 'taken@firm.example' }, TEST_SECRET, { expiresIn: 60 });
  await ask({ ...person, token: other }, 'GET', '/me');
  await ask(null, 'POST', '/dev/login', { body: { email: 'taken@firm.example' } });

  for (const environment of [{ METRICS_TOKEN: 'secret' }, { TRUST_PROXY: '1' }]) {
    const production = await startApp({ mode: 'serve', environment });
    await ledger.ask(production.url, null, 'GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.1' } });
    await production.stop();
  }
}
