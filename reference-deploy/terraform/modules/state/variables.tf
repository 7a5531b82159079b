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

variable "kms_key_arn" {
  description = "Key that encrypts the table."
  type        = string
}

variable "protect_data" {
  description = "Whether the table refuses to be destroyed."
  type        = bool
}
