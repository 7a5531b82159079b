package main

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type policy struct {
	Version   string
	Statement []map[string]any `json:",omitempty"`
}

// What the data source aws_iam_policy_document gives: the statements of its source documents, then its own.
func renderPolicy(config map[string]tftypes.Value) (string, error) {
	rendered := policy{Version: "2012-10-17"}
	for _, source := range plain(config["source_policy_documents"]).([]any) {
		var document policy
		if err := json.Unmarshal([]byte(source.(string)), &document); err != nil {
			return "", fmt.Errorf("a source document is no JSON: %w", err)
		}
		rendered.Statement = append(rendered.Statement, document.Statement...)
	}
	for _, value := range plain(config["statement"]).([]any) {
		rendered.Statement = append(rendered.Statement, renderStatement(value.(map[string]any)))
	}
	seen := map[string]bool{}
	for _, statement := range rendered.Statement {
		sid, _ := statement["Sid"].(string)
		if sid != "" && seen[sid] {
			return "", fmt.Errorf("two statements are called %q", sid)
		}
		seen[sid] = true
	}
	text, err := json.Marshal(rendered)
	return string(text), err
}

func renderStatement(given map[string]any) map[string]any {
	statement := map[string]any{"Effect": "Allow"}
	for argument, key := range map[string]string{
		"sid": "Sid", "effect": "Effect", "actions": "Action", "not_actions": "NotAction", "resources": "Resource",
	} {
		switch value := given[argument].(type) {
		case string:
			statement[key] = value
		case []any:
			if len(value) > 0 {
				sort.Slice(value, func(i, j int) bool { return value[i].(string) < value[j].(string) })
				statement[key] = value
			}
		}
	}
	principals := map[string]any{}
	for _, value := range given["principals"].([]any) {
		principal := value.(map[string]any)
		principals[principal["type"].(string)] = principal["identifiers"]
	}
	if len(principals) > 0 {
		statement["Principal"] = principals
	}
	conditions := map[string]map[string]any{}
	for _, value := range given["condition"].([]any) {
		condition := value.(map[string]any)
		test := condition["test"].(string)
		if conditions[test] == nil {
			conditions[test] = map[string]any{}
		}
		conditions[test][condition["variable"].(string)] = condition["values"]
	}
	if len(conditions) > 0 {
		statement["Condition"] = conditions
	}
	return statement
}

// The value as encoding/json would give it; null lists are empty ones.
func plain(value tftypes.Value) any {
	kind := value.Type()
	isList := kind.Is(tftypes.List{}) || kind.Is(tftypes.Set{})
	if value.IsNull() {
		if isList {
			return []any{}
		}
		return nil
	}
	switch {
	case kind.Is(tftypes.String):
		var text string
		_ = value.As(&text)
		return text
	case isList:
		var items []tftypes.Value
		_ = value.As(&items)
		list := []any{}
		for _, item := range items {
			list = append(list, plain(item))
		}
		return list
	case kind.Is(tftypes.Object{}):
		var fields map[string]tftypes.Value
		_ = value.As(&fields)
		object := map[string]any{}
		for name, field := range fields {
			object[name] = plain(field)
		}
		return object
	}
	return nil
}
