variable "name" {
  description = "Name of the function in the settings."
  type        = string
}

variable "policy" {
  description = "What it may do beside writing logs and traces and using the key, as JSON."
  type        = string
}

variable "is_invoked_asynchronously" {
  description = "Whether events that no attempt could handle go to the queue of failed invocations."
  type        = bool
  default     = false
}

variable "shared" {
  description = "What is the same for every function."
  type = object({
    prefix = string
    platform = object({
      runtime      = string
      architecture = string
      handler      = string
    })
    functions = map(object({
      description    = string
      plane          = string
      memoryMb       = number
      timeoutSeconds = number
      asynchronousEvents = optional(object({
        maxAgeSeconds = number
        maxRetries    = number
      }))
    }))
    kms_key_arn          = string
    failed_queue_arn     = string
    code_signing         = object({ config_arn = string, bucket = string, prefix = string })
    log_groups           = map(object({ name = string, arn = string }))
    reserved_concurrency = map(number)
    environment          = map(map(string))
  })
}
