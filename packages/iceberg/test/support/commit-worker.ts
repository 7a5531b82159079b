import { S3Client } from '@aws-sdk/client-s3';
import { FolderCatalog } from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { makeMixedCommits } from './mixed-commits.js';
import { emulatorClient } from './moto.js';

/** Child process: makes commits of mixed kinds on one table, in a folder or on S3, and reports what it has made. */
const [place, warehouse, writer, commits, upkeep] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const client = place === 'folder' ? null : new S3Client(emulatorClient(place));
const catalog = new FolderCatalog({
  warehouse,
  ...(client === null ? {} : { storage: new S3Storage({ client }) }),
});
process.send?.(
  await makeMixedCommits(catalog, { writer, commits: Number(commits), upkeep: upkeep === 'upkeep' }),
);
client?.destroy();
