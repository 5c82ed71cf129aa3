// A program that exports its configuration, and may wait until it is interrupted.
package main

import (
	"fmt"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		ctx.Export("said", pulumi.String(settings.Require("greeting")))
		ctx.Export("token", settings.RequireSecret("token"))
		ctx.Export("where", pulumi.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack()))
		ctx.Export("preview", pulumi.Bool(ctx.DryRun()))
		ctx.Export("tokenIsSecret", pulumi.Bool(ctx.IsConfigSecret("tcsql-check:token")))
		if settings.GetBool("wait") {
			// The engine interrupts the whole group, so that here the language host alone can.
			if err := syscall.Setpgid(0, 0); err != nil {
				return err
			}
			fmt.Println("waiting")
			select {}
		}
		return nil
	})
}
