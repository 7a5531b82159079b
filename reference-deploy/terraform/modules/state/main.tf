locals {
  table = jsondecode(file("${path.module}/../../../settings/tables.json")).state
  keys = concat(
    [local.table.hashKey, local.table.rangeKey],
    flatten([for index in local.table.indexes : [index.hashKey, index.rangeKey]]),
  )
  # Only key attributes are declared, each once.
  attributes = { for key in local.keys : key.name => key.type... if key != null }
}

resource "aws_dynamodb_table" "state" {
  name                        = "${var.deployment.prefix}-state"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = local.table.hashKey.name
  range_key                   = try(local.table.rangeKey.name, null)
  deletion_protection_enabled = var.protect_data

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.key
      type = attribute.value[0]
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for index in local.table.indexes : index.name => index }

    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.hashKey.name
      range_key          = try(global_secondary_index.value.rangeKey.name, null)
      projection_type    = global_secondary_index.value.projection
      non_key_attributes = try(global_secondary_index.value.include, null)
    }
  }

  dynamic "ttl" {
    for_each = local.table.timeToLive == null ? [] : [local.table.timeToLive]

    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}
