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
