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
    fifo           = bool
    queue_name     = string
    window_seconds = optional(number)
  }))
}

variable "max_receive_count" {
  description = "Receives before a message is dead-lettered."
  type        = number
}

variable "archive_bucket" {
  description = "Name of the bucket whose error prefix is announced on a queue."
  type        = string
}
