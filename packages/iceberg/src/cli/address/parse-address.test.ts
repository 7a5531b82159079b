import { describe, expect, it } from 'vitest';
import { parseAddress } from './parse-address.js';

describe('an address', () => {
  it.each([
    ['wh/raw/orders', { kind: 'table-folder', folder: 'wh/raw/orders' }],
    ['/data/a#b', { kind: 'table-folder', folder: '/data/a#b' }],
    ['C:\\wh\\orders', { kind: 'table-folder', folder: 'C:\\wh\\orders' }],
    ['file:///data/orders', { kind: 'table-folder', folder: '/data/orders' }],
    ['s3://lake/raw/orders/', { kind: 'table-folder', folder: 's3://lake/raw/orders' }],
    ['wh/t/metadata/v3.metadata.json', { kind: 'metadata-file', file: 'wh/t/metadata/v3.metadata.json' }],
    [
      's3a://l/t/00001-u.metadata.json.gz',
      { kind: 'metadata-file', file: 's3a://l/t/00001-u.metadata.json.gz' },
    ],
    ['s3://l/t/v1.gz.metadata.json', { kind: 'metadata-file', file: 's3://l/t/v1.gz.metadata.json' }],
    ['folder:wh#raw.orders', { kind: 'folder-catalog', warehouse: 'wh', namespace: 'raw', table: 'orders' }],
    [
      'folder:///data/wh#raw.eu.orders',
      { kind: 'folder-catalog', warehouse: '/data/wh', namespace: 'raw.eu', table: 'orders' },
    ],
    [
      'folder:s3://lake/wh#raw.t',
      { kind: 'folder-catalog', warehouse: 's3://lake/wh', namespace: 'raw', table: 't' },
    ],
    ['folder:/wh', { kind: 'folder-catalog', warehouse: '/wh' }],
    ['folder:/wh#raw', { kind: 'folder-catalog', warehouse: '/wh', namespace: 'raw' }],
    ['folder:/wh#raw.a%20b', { kind: 'folder-catalog', warehouse: '/wh', namespace: 'raw', table: 'a b' }],
  ])('%s is understood', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it('of a REST catalog has its URL, and parameters before the #', () => {
    const { query, ...address } = parseAddress(
      'rest+https://c.example.com:8181/api?warehouse=my%20lake#raw.eu.orders',
    ) as Extract<ReturnType<typeof parseAddress>, { kind: 'rest' }>;
    expect(address).toEqual({
      kind: 'rest',
      uri: 'https://c.example.com:8181/api',
      namespace: 'raw.eu',
      table: 'orders',
    });
    expect([...query]).toEqual([['warehouse', 'my lake']]);
  });

  it.each([
    'glue://Lake.orders?region=eu-west-1',
    'glue:Lake.orders?region=eu-west-1',
    'glue://Lake/orders?region=eu-west-1',
  ])('%s is a table of Glue, its case kept', (text) => {
    const { query, ...address } = parseAddress(text) as Extract<
      ReturnType<typeof parseAddress>,
      { kind: 'glue' }
    >;
    expect(address).toEqual({ kind: 'glue', namespace: 'Lake', table: 'orders' });
    expect([...query]).toEqual([['region', 'eu-west-1']]);
  });

  it.each([
    ['', 'the address is empty'],
    ['https://c.example.com', 'write rest+https://c.example.com#namespace.table'],
    ['gs://bucket/t', 'addresses do not begin with "gs:"'],
    ['folder:#a.b', 'name a warehouse'],
    ['folder:wh#a.', '"a." is no table'],
    ['rest+https://#a.b', 'is no URL'],
    ['glue://a.b?zone=x', 'there is no parameter "zone" here; there are region, catalog-id, warehouse'],
    ['folder:wh#a.%', 'not percent-encoded'],
    ['file://host/a', 'no path of this machine'],
  ])('%s is refused', (text, message) => {
    expect(() => parseAddress(text)).toThrow(message);
  });
});
