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

variable "iceberg_bucket" {
  description = "Name of the bucket of table files."
  type        = string
}

variable "schema_bucket" {
  description = "Name of the bucket of contracts and topics."
  type        = string
}

variable "archive_bucket" {
  description = "Name of the bucket of dead letters, quarantine and delivery failures."
  type        = string
}

variable "access_log_bucket" {
  description = "An existing bucket that takes access logs, or null."
  type        = string
}

variable "protect_data" {
  description = "Whether buckets that hold objects refuse to be destroyed."
  type        = bool
}

variable "topics" {
  description = "Topics by the name their queue carries."
  type = map(object({
    fifo                        = bool
    envelope                    = optional(string)
    engine                      = optional(string)
    schedule                    = optional(string)
    freshness_objective_seconds = number
    contract                    = optional(string)
    maximum_concurrency         = optional(number)
    batch_size                  = optional(number)
    window_seconds              = optional(number)
  }))
}
