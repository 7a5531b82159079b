package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type schemaFile struct {
	Provider    blockSchema            `json:"provider"`
	Resources   map[string]blockSchema `json:"resources"`
	DataSources map[string]blockSchema `json:"dataSources"`
}

type blockSchema struct {
	Attributes map[string]attributeSchema `json:"attributes"`
	Blocks     map[string]nestedSchema    `json:"blocks"`
}

type attributeSchema struct {
	Type     string `json:"type"`
	Required bool   `json:"required"`
	Optional bool   `json:"optional"`
	Computed bool   `json:"computed"`
}

type nestedSchema struct {
	Nesting string      `json:"nesting"`
	Min     int64       `json:"min"`
	Max     *int64      `json:"max"`
	Block   blockSchema `json:"block"`
}

var nesting = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
}

func typeOf(name string) tftypes.Type {
	switch name {
	case "string":
		return tftypes.String
	case "number":
		return tftypes.Number
	case "bool":
		return tftypes.Bool
	}
	if open := strings.IndexByte(name, '('); open > 0 {
		element := typeOf(strings.TrimSuffix(name[open+1:], ")"))
		switch name[:open] {
		case "list":
			return tftypes.List{ElementType: element}
		case "set":
			return tftypes.Set{ElementType: element}
		case "map":
			return tftypes.Map{ElementType: element}
		}
	}
	return tftypes.DynamicPseudoType
}

func (schema blockSchema) toProtocol() *tfprotov6.SchemaBlock {
	block := &tfprotov6.SchemaBlock{}
	for name, attribute := range schema.Attributes {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{
			Name:     name,
			Type:     typeOf(attribute.Type),
			Required: attribute.Required,
			Optional: attribute.Optional,
			Computed: attribute.Computed,
		})
	}
	for name, nested := range schema.Blocks {
		maximum := int64(0)
		minimum := nested.Min
		if nested.Max != nil {
			maximum = *nested.Max
		}
		if nested.Nesting == "single" {
			minimum, maximum = 0, 0
		}
		block.BlockTypes = append(block.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name,
			Nesting:  nesting[nested.Nesting],
			MinItems: minimum,
			MaxItems: maximum,
			Block:    nested.Block.toProtocol(),
		})
	}
	return block
}

func toProtocol(schemas map[string]blockSchema) map[string]*tfprotov6.Schema {
	converted := map[string]*tfprotov6.Schema{}
	for name, schema := range schemas {
		converted[name] = &tfprotov6.Schema{Block: schema.toProtocol()}
	}
	return converted
}
