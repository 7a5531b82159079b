/** Which IAM actions a call needs; the SDK's names without `Command`, and the emulator's where it has its own. Reads of a table inside a transaction are none of ours. */
export const CALL_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'dynamodb/BatchGetItem': ['dynamodb:BatchGetItem'],
  'dynamodb/BatchWriteItem': ['dynamodb:BatchWriteItem'],
  'dynamodb/GetItem': ['dynamodb:GetItem'],
  'dynamodb/PutItem': ['dynamodb:PutItem'],
  'dynamodb/Query': ['dynamodb:Query'],
  'dynamodb/TransactWriteItems': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'dynamodb/UpdateItem': ['dynamodb:UpdateItem'],
  'firehose/PutRecordBatch': ['firehose:PutRecordBatch'],
  'glue/CreateDatabase': ['glue:CreateDatabase'],
  'glue/CreateTable': ['glue:CreateTable'],
  'glue/DeleteDatabase': ['glue:DeleteDatabase'],
  'glue/DeleteTable': ['glue:DeleteTable'],
  'glue/GetDatabase': ['glue:GetDatabase'],
  'glue/GetDatabases': ['glue:GetDatabases'],
  'glue/GetTable': ['glue:GetTable'],
  'glue/GetTables': ['glue:GetTables'],
  'glue/UpdateTable': ['glue:UpdateTable'],
  'lambda/GetFunctionConfiguration': ['lambda:GetFunctionConfiguration'],
  'lambda/Invoke': ['lambda:InvokeFunction'],
  'lambda/InvokeFunction': ['lambda:InvokeFunction'],
  'lambda/ListEventSourceMappings': ['lambda:ListEventSourceMappings'],
  'lambda/UpdateEventSourceMapping': ['lambda:UpdateEventSourceMapping'],
  's3/AbortMultipartUpload': ['s3:AbortMultipartUpload'],
  's3/CompleteMultipartUpload': ['s3:PutObject'],
  's3/CreateMultipartUpload': ['s3:PutObject'],
  's3/DeleteObject': ['s3:DeleteObject'],
  's3/DeleteObjects': ['s3:DeleteObject'],
  's3/GetObject': ['s3:GetObject'],
  's3/HeadObject': ['s3:GetObject'],
  's3/ListBucket': ['s3:ListBucket'],
  's3/ListObjectsV2': ['s3:ListBucket'],
  's3/PutObject': ['s3:PutObject'],
  's3/UploadPart': ['s3:PutObject'],
  'secrets-manager/GetSecretValue': ['secretsmanager:GetSecretValue'],
  'sfn/DescribeExecution': ['states:DescribeExecution'],
  'sfn/StartExecution': ['states:StartExecution'],
  'sqs/DeleteMessageBatch': ['sqs:DeleteMessage'],
  'sqs/GetQueueAttributes': ['sqs:GetQueueAttributes'],
  'sqs/GetQueueUrl': ['sqs:GetQueueUrl'],
  'sqs/ReceiveMessage': ['sqs:ReceiveMessage'],
};

/** Actions that no call of a handler asks for, and why a policy has them all the same. */
export const EXTRA_ACTIONS: Readonly<Record<string, string>> = {
  'kms:Decrypt': 'Lambda decrypts the environment, S3 and DynamoDB what they keep, in the function’s name',
  'kms:GenerateDataKey': 'S3 encrypts new objects in the function’s name',
  'logs:CreateLogStream': 'Lambda writes the function’s logs',
  'logs:PutLogEvents': 'Lambda writes the function’s logs',
  'sqs:SendMessage': 'Lambda keeps events that no attempt could handle',
  'xray:PutTelemetryRecords': 'Lambda sends traces',
  'xray:PutTraceSegments': 'Lambda sends traces',
};

/** What Lambda's pollers do in the name of a function that a queue is mapped to. */
export const POLLER_ACTIONS: readonly string[] = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
];

/** Why a policy allows what a function's code can call and the rehearsal has not seen it call. */
export const RARE_ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '*': {
    's3:ListBucket': 'tells a missing object from a forbidden one, and lists files for orphan removal',
    's3:AbortMultipartUpload': 'gives up the parts of a large file whose commit did not happen',
    's3:DeleteObject': 'removes the files of an attempt that lost its commit',
    'dynamodb:BatchGetItem': 'entries of the outbox that were there already',
    'dynamodb:UpdateItem': 'a lease, a status or a counter that another call was faster to change',
  },
  'circuit-breaker': {
    'lambda:UpdateEventSourceMapping': 'switches the mapping of a topic that trips',
    'sqs:GetQueueAttributes': 'a probe that finds no message looks whether there are hidden ones',
  },
  'contract-deployer': {
    'lambda:InvokeFunction': 'completes a run that was cut off, before columns change',
    'sqs:GetQueueAttributes':
      'counts what waits in the queue of a topic that is to be removed; the guest has none',
  },
  curate: {
    'secretsmanager:GetSecretValue': 'the key of masked columns; no contract of the rehearsal masks by hash',
  },
  standardize: { 'secretsmanager:GetSecretValue': 'the key of a lineage server; the rehearsal has none' },
  'dead-letter-processor': { 'dynamodb:GetItem': 'a replay that failed again opens its error again' },
  'rebuild-topic': {
    'glue:DeleteTable': 'takes away the tables that a rebuild made which is given up',
    'glue:CreateTable': 'makes tables that a topic does not have yet',
    'glue:GetDatabase': 'makes tables that a topic does not have yet',
    'glue:UpdateTable': 'puts the new tables in the place of the old ones',
    's3:PutObject': 'writes the new tables',
    'secretsmanager:GetSecretValue': 'the key of masked columns; no contract of the rehearsal masks by hash',
  },
  'topic-sync': {
    'lambda:UpdateEventSourceMapping': 'switches on a mapping that somebody switched off',
    'sqs:GetQueueUrl': 'looks for the queue of a topic without a mapping',
  },
};

/** Why a policy names files that the rehearsal has not seen the function read or write; by a part of their keys. */
export const RARE_FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'rebuild-topic': {
    '_standardized/': 'the new tables are written beside the live ones',
    '_curated/': 'the new tables are written beside the live ones',
  },
  reconcile: { '/reconcile/': 'rows of a reconciliation that waits for its next turn' },
};
