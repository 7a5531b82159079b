// Planning-provider stands in for the AWS provider where that cannot be fetched: it has the same schema, read from the
// file that PLANNING_PROVIDER_SCHEMA names, and plans every resource as if it were new. It can change nothing.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	text, err := os.ReadFile(os.Getenv("PLANNING_PROVIDER_SCHEMA"))
	if err != nil {
		log.Fatalf("PLANNING_PROVIDER_SCHEMA must name the schema's file: %v", err)
	}
	var file schemaFile
	if err := json.Unmarshal(text, &file); err != nil {
		log.Fatalf("the schema's file cannot be read: %v", err)
	}
	provider := newProvider(file)
	err = tf6server.Serve("registry.terraform.io/hashicorp/aws", func() tfprotov6.ProviderServer { return provider })
	if err != nil {
		log.Fatal(err)
	}
}
