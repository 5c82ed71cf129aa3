// Command gate switches an application to its new database once the migration check has passed.
package main

import (
	"example.com/pulumi-tcsql-check/sdk/go/tcsqlcheck"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
)

// hold returns once the gate has passed, and in a preview once it was queried; it fails if the gate is refused.
func hold(ctx *pulumi.Context, gate pulumi.Resource) error {
	_, err := internals.UnsafeAwaitOutput(ctx.Context(), gate.URN())
	return err
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		start, err := tcsqlcheck.NewMigrationCheckStart(ctx, "start", &tcsqlcheck.MigrationCheckStartArgs{
			MigrateId: pulumi.Int(1066),
			Region:    pulumi.String("ap-guangzhou"),
			Triggers:  pulumi.StringArray{pulumi.String(config.Require(ctx, "run"))}, // another value starts it again
		})
		if err != nil {
			return err
		}
		orders, err := tcsqlcheck.NewMigrationCheck(ctx, "orders", &tcsqlcheck.MigrationCheckArgs{Start: start})
		if err != nil {
			return err
		}
		// Nothing below this line changes before that start has passed.
		if err := hold(ctx, orders); err != nil {
			return err
		}

		// A placeholder for what your cut-over changes.
		if _, err := pulumi.NewStash(ctx, "switch", &pulumi.StashArgs{Input: pulumi.Any("orders-new.example")}); err != nil {
			return err
		}

		ctx.Export("total", orders.Total)
		ctx.Export("current", orders.Current)
		ctx.Export("steps", orders.Steps)
		return nil
	})
}
