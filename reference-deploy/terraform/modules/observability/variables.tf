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
    queue_name            = string
    table_name            = string
    contract              = optional(string)
    max_queue_age_seconds = number
  }))
}

variable "stream_count" {
  description = "How many streams there are."
  type        = number
}

variable "kms_key_arn" {
  description = "Key of the alarm topics."
  type        = string
}

variable "runbook_url" {
  description = "Where the runbook can be read."
  type        = string
}

variable "alarm_emails" {
  description = "Addresses by severity."
  type        = map(list(string))
}
