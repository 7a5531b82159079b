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

variable "reserved_concurrency" {
  description = "Reserved concurrency by function; -1 reserves nothing."
  type        = map(number)
}

variable "kms_key_arn" {
  description = "Key of buckets, state table, environment variables and logs."
  type        = string
}

variable "buckets" {
  description = "Buckets by role: warehouse, schemas, archive."
  type        = map(object({ id = string, arn = string }))
}

variable "databases" {
  description = "Glue databases by layer."
  type        = map(string)
}

variable "state_table_arn" {
  description = "The table of all state."
  type        = string
}

variable "failed_queue_arn" {
  description = "Queue of asynchronous events that no attempt could handle."
  type        = string
}

variable "stream_count" {
  description = "How many Firehose streams there are."
  type        = number
}

variable "code_signing" {
  description = "Where signed zips are, and the configuration that refuses others; null takes zips from the build."
  type = object({
    config_arn = string
    bucket     = string
    prefix     = string
  })
}

variable "masking_secret_arn" {
  description = "Secret with the key of columns masked by hash, or null."
  type        = string
}

variable "lineage_endpoint" {
  description = "Address that takes OpenLineage events, or null."
  type        = string
}

variable "breakers" {
  description = "Overrides of when circuit breakers open; what is null stays as in the settings."
  type = object({
    window_minutes      = number
    min_messages        = number
    global_min_messages = number
    max_error_rate      = number
  })
}

variable "lineage_secret_arn" {
  description = "Secret with the key of that server, or null."
  type        = string
}

variable "tracing" {
  description = "Whether functions write their segments to X-Ray."
  type        = bool
}
