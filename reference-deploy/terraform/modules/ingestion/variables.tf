variable "deployment" {
  description = "Names and place of the deployment."
  type = object({
    project   = string
    env       = string
    prefix    = string
    account   = string
    partition = string
    region    = string
  })
}

variable "topics" {
  description = "Topics by the name their queue carries."
  type = map(object({
    fifo                = bool
    maximum_concurrency = optional(number)
    batch_size          = optional(number)
    window_seconds      = optional(number)
  }))
}

variable "mapping_concurrency" {
  description = "Maximum concurrency of the mapping of each topic."
  type        = map(number)
}

variable "stream_count" {
  description = "How many streams there are."
  type        = number
}

variable "topic_queues" {
  description = "Queues by topic."
  type        = map(object({ arn = string, url = string }))
}

variable "central_queues" {
  description = "Dead letters, Firehose's errors and failed invocations."
  type        = map(object({ arn = string, url = string }))
}

variable "functions" {
  description = "Functions by name."
  type        = map(object({ arn = string, name = string }))
}

variable "buckets" {
  description = "Buckets by role: warehouse, schemas, archive."
  type        = map(object({ id = string, arn = string }))
}

variable "databases" {
  description = "Glue databases by layer."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "Key of streams, buckets and logs."
  type        = string
}

variable "topics_document" {
  description = "The wanted topics: address, and a hash of what is there."
  type        = object({ uri = string, hash = string })
}
