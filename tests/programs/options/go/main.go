// Records behind a gate of the provider plugin; `version.json` beside it has the version.
package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type version struct {
	Number    int    `json:"number"`
	MigrateID int    `json:"migrate_id"`
	Run       string `json:"run"`
	Holds     string `json:"holds"`
	Given     string `json:"given"`
}

type start struct {
	pulumi.CustomResourceState
}

type check struct {
	pulumi.ResourceState
	Region pulumi.StringOutput `pulumi:"region"`
}

type record struct {
	pulumi.CustomResourceState
	Folder pulumi.StringOutput `pulumi:"folder"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		text, err := os.ReadFile("version.json")
		if err != nil {
			return err
		}
		var now version
		if err := json.Unmarshal(text, &now); err != nil {
			return err
		}
		gate, err := declareGate(ctx, now)
		if err != nil {
			return err
		}
		if now.Holds == "stack" {
			// Everything below waits: the engine answers with the URN once the check has passed.
			passed := make(chan struct{})
			gate.URN().ApplyT(func(pulumi.URN) string { close(passed); return "" })
			<-passed
		}
		return fill(ctx, gate, now)
	})
}

func declareGate(ctx *pulumi.Context, now version) (*check, error) {
	gate := &check{}
	inputs := pulumi.Map{"migrateId": pulumi.Int(now.MigrateID), "region": pulumi.String("ap-guangzhou")}
	if now.Given != "migrateId" {
		triggers, started := pulumi.StringArray{pulumi.String(now.Run)}, &start{}
		inputs["triggers"] = triggers
		err := ctx.RegisterResource("tcsql-check:index:MigrationCheckStart", "start", inputs, started)
		if err != nil {
			return nil, err
		}
		inputs = pulumi.Map{"start": pulumi.NewResourceInput(started)}
		if now.Given == "start and triggers" {
			inputs["triggers"] = triggers
		}
	}
	inputs["pollIntervalSeconds"] = pulumi.Float64(1)
	return gate, ctx.RegisterRemoteComponentResource("tcsql-check:index:MigrationCheck", "orders", inputs, gate)
}

func fill(ctx *pulumi.Context, gate *check, now version) error {
	value, other := "old", "removed"
	if now.Number == 2 {
		value, other = "new", "created"
	}
	folder := pulumi.String("records/" + value)
	behind := pulumi.DependsOn([]pulumi.Resource{gate})
	declare := func(key string, folder, value pulumi.StringInput, opts ...pulumi.ResourceOption) (*record, error) {
		made := &record{}
		inputs := pulumi.Map{"key": pulumi.String(key), "folder": folder, "value": value}
		return made, ctx.RegisterResource("records:index:Record", key, inputs, made, opts...)
	}
	for key, where := range map[string]pulumi.String{"changed": "records", "replaced": folder, other: "records"} {
		if _, err := declare(key, where, pulumi.String(value), behind); err != nil {
			return err
		}
	}
	if _, err := declare("output", pulumi.String("records"), pulumi.Sprintf("%s %s", value, gate.Region)); err != nil {
		return err
	}
	front, err := declare("front", folder, pulumi.String(value), behind, pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return err
	}
	_, err = declare("behind-front", front.Folder, pulumi.String(value), behind)
	return err
}
