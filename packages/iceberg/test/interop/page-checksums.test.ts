import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../../scripts/peers/python.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { PageColumn } from '../../src/parquet/page-column.js';
import { pagePlaces } from '../../src/parquet/page-headers.js';
import { footerOf, ParquetFileReader } from '../../src/parquet/parquet-file-reader.js';
import type { ParquetReader } from '../../src/parquet/parquet-reader.js';
import { SmallParquetReader } from '../../src/parquet/small-parquet-reader.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('write_checksums.py', import.meta.url));
const { peers, missing } = await ensurePythonPeers();
const ROWS = 3000;
const COLUMNS = ['id', 'name', 'kind', 'tags'];

const OPEN: Record<string, (bytes: Uint8Array) => Promise<ParquetReader>> = {
  ranges: (bytes) =>
    ParquetFileReader.open({
      path: 'a.parquet',
      size: bytes.length,
      read: async (start, end) => bytes.subarray(start, end),
    }),
  'at once': (bytes) => SmallParquetReader.open({ path: 'a.parquet', bytes, rows: ROWS }),
};

/** Reads a column as scans do; the others of the file are left alone. */
async function readColumn(reader: ParquetReader, column: string): Promise<void> {
  const group = reader.openRowGroup(0, { columns: [column], batchSize: 1000 });
  for (let start = 0; start < ROWS; start += 1000) {
    await group.load([column]);
    group.read(column, start, 1000);
  }
}

suiteWhere(missing, 'page checksums of pyarrow', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checksums-'));
    await run(peers!.python, [script, folder]);
  }, 120_000);

  for (const name of ['v1-none', 'v1-zstd', 'v1-snappy', 'v2-none', 'v2-zstd', 'v2-snappy']) {
    const load = async (): Promise<Uint8Array> =>
      new Uint8Array(await readFile(join(folder, `${name}.parquet`)));

    test.each(Object.keys(OPEN))(
      `a bit that was flipped in any page of ${name} is found, read %s`,
      async (how) => {
        const sound = await load();
        const whole = await OPEN[how]!(sound);
        const footer = await footerOf(sound);
        for (const column of COLUMNS) {
          await readColumn(whole, column);
          const [range] = footer.chunkRanges(0, new Set([column]));
          const pages = [...pagePlaces(sound.subarray(range!.start, range!.end))];
          expect(pages.length).toBeGreaterThan(column === 'kind' ? 1 : 2);
          for (const { number, start, end, checksum } of pages) {
            expect(checksum).not.toBeNull();
            for (const at of [start, (start + end) >> 1, end - 1]) {
              const bytes = sound.slice();
              bytes[range!.start + at]! ^= 0x40;
              const damaged = await OPEN[how]!(bytes);
              const path = column === 'tags' ? 'tags.tag' : column;
              await expect(readColumn(damaged, column)).rejects.toMatchObject({
                code: 'CORRUPT_FILE',
                message: expect.stringContaining(`page ${number} of the column "${path}"`),
                context: { file: 'a.parquet', column: path, page: number },
              });
              // In ranges, what is not asked for is not looked at.
              if (how === 'ranges') await readColumn(damaged, column === 'id' ? 'name' : 'id');
            }
          }
        }
      },
    );

    test(`${name}: columns are read by pages where the codec allows`, async () => {
      const reader = (await OPEN['ranges']!(await load())) as ParquetFileReader;
      const fits = COLUMNS.filter((column) => {
        const chunk = reader.footer.columnChunk(0, column);
        const type = reader.schema.fields.find((field) => field.name === column)!.type;
        return chunk !== undefined && PageColumn.fits(chunk, type);
      });
      expect(fits).toEqual(name.endsWith('snappy') ? [] : ['id', 'name', 'kind']);
    });
  }
});
