# What topic-sync makes true: registry rows, contracts, RAW tables, mappings.
resource "aws_s3_object" "topics" {
  bucket       = aws_s3_bucket.this["schemas"].id
  key          = "topics.json"
  content_type = "application/json"
  content      = local.topics_document

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}

locals {
  # Absent and null are one to the reader, so the overrides travel as they are.
  topics_document = jsonencode({
    formatVersion = 1
    topics = [for name, topic in var.topics : {
      queueTopic                = name
      fifo                      = topic.fifo
      envelope                  = topic.envelope
      engine                    = topic.engine
      schedule                  = topic.schedule
      freshnessObjectiveSeconds = topic.freshness_objective_seconds
      contract                  = topic.contract == null ? null : "contracts/${topic.contract}"
      mapping = {
        batchSize          = topic.batch_size
        windowSeconds      = topic.window_seconds
        maximumConcurrency = topic.maximum_concurrency
      }
    }]
  })
}
