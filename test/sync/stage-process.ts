/** A stage in a process of its own, so that it can be killed. Arguments: the database's URL, and the people as JSON. */
import { openDatabase } from '../../src/database/database.ts';
import { startStage } from './stage.ts';

const [url, people] = process.argv.slice(2) as [string, string];
const stage = await startStage({ database: await openDatabase({ url }), people: JSON.parse(people) });
process.send!(stage.sharedUrl);
