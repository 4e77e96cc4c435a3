// One end of PouchDB's replication, for the benchmark of the first sync.
//
//   node pouchdb.mjs serve DIRECTORY DOCUMENTS   a CouchDB-like server (express-pouchdb over LevelDB) with the documents
//                                                of a file, one JSON object a line; prints {"port": …} when it listens
//   node pouchdb.mjs replicate DIRECTORY PORT    replicates it into a new LevelDB; prints {"docs": …, "replicate_s": …}
//
// The packages are found beside the file's copy, where the benchmark has npm put them.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import PouchDB from 'pouchdb';

const [what, directory, argument] = process.argv.slice(2);
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

if (what === 'serve') {
  const express = (await import('express')).default;
  const expressPouchDB = (await import('express-pouchdb')).default;
  const Kept = PouchDB.defaults({ prefix: join(directory, 'server-') });
  const cases = new Kept('cases');
  let waiting = [];
  for await (const line of createInterface({ input: createReadStream(argument) })) {
    waiting.push(JSON.parse(line));
    if (waiting.length === 1000) {
      await cases.bulkDocs(waiting);
      waiting = [];
    }
  }
  await cases.bulkDocs(waiting);
  const application = express();
  application.use('/', expressPouchDB(Kept, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: join(directory, 'log.txt') }));
  const server = createServer(application).listen(0, '127.0.0.1', () => say({ port: server.address().port }));
} else {
  const here = new PouchDB(join(directory, `client-${process.pid}`));
  const begun = process.hrtime.bigint();
  const done = await here.replicate.from(`http://127.0.0.1:${argument}/cases`, { batch_size: 1000 });
  const took = Number(process.hrtime.bigint() - begun) / 1e9;
  say({ docs: done.docs_written, replicate_s: took });
  await here.close();
}
