import * as pulumi from "@pulumi/pulumi";

const { isConfigSecret } = require("@pulumi/pulumi/runtime/config"); // which has no public type
const config = new pulumi.Config();

export const said: string = config.require("greeting");
export const token: pulumi.Output<string> = config.requireSecret("token");
export const where: string = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
export const preview: boolean = pulumi.runtime.isDryRun();
export const tokenIsSecret: boolean = isConfigSecret("tcsql-check:token");

if (config.getBoolean("wait")) {
    console.log("waiting");
    setInterval(() => {}, 1000);
}
