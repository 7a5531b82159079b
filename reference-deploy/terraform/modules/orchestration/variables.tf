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

variable "functions" {
  description = "Functions by name."
  type        = map(object({ arn = string, name = string }))
}

variable "failed_queue_arn" {
  description = "Queue of what a schedule could not start."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of logs and executions."
  type        = string
}

variable "spark_job_name" {
  description = "Glue job of topics with engine spark, or null."
  type        = string
}
