output "stream_names" {
  description = "Streams, in the order the hash of a topic chooses among."
  value       = [for index in range(var.stream_count) : aws_kinesis_firehose_delivery_stream.raw[tostring(index)].name]
}
