import { expect, it } from 'vitest';
import { layerNames, restEndpoint } from './catalog.js';

it('takes the warehouse out of the address of a REST catalog, and knows whose signature it wants', () => {
  expect(restEndpoint('https://glue.eu-west-1.amazonaws.com/iceberg?warehouse=123456789012')).toEqual({
    uri: 'https://glue.eu-west-1.amazonaws.com/iceberg',
    catalogWarehouse: '123456789012',
    service: 'glue',
  });
  expect(
    restEndpoint(
      'https://s3tables.eu-west-1.amazonaws.com/iceberg?warehouse=arn:aws:s3tables:eu-west-1:1:bucket/lake',
    ),
  ).toMatchObject({ service: 's3tables', catalogWarehouse: 'arn:aws:s3tables:eu-west-1:1:bucket/lake' });
});

it('sends no signature to a catalog that is not of AWS', () => {
  expect(restEndpoint('https://glue.example.org/iceberg')).toMatchObject({
    service: null,
    catalogWarehouse: null,
  });
});

it('names databases as Firehose takes them, without hyphens', () => {
  expect(layerNames({ project: 'lean-ops', environment: 'dev' })).toMatchObject({ raw: 'lean_ops_dev_raw' });
});
