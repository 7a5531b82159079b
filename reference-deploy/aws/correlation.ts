/**
 * Fields by which an invocation's log lines are found from its neighbours': the queue and its trace, the stream and its
 * call, or the run of the state machine. Never anything of a message's content.
 */
export function correlationOf(event: unknown): Record<string, string> {
  const fields = fieldsOf(event);
  const [record] = Array.isArray(fields['Records']) ? fields['Records'] : [];
  const attributes = fieldsOf(fieldsOf(record)['attributes']);
  return texts({
    queue_arn: fieldsOf(record)['eventSourceARN'],
    queue_trace: attributes['AWSTraceHeader'],
    stream_arn: fields['deliveryStreamArn'],
    transform_id: fields['invocationId'],
    topic_name: fields['topic_name'],
    run_id: fields['run_id'],
    execution_id: fields['execution_id'],
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function texts(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') found[name] = value;
  return found;
}
