export type { FirehoseCommandSender } from './firehose-client.js';
export { FirehoseRawSink, type FirehoseRawSinkOptions } from './firehose-raw-sink.js';
export { streamOfTopic } from './stream-of-topic.js';
