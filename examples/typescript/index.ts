import * as pulumi from "@pulumi/pulumi";
import * as tcsql from "pulumi-tcsql-check";

/** Resolves once the gate has passed, or a preview has queried it. After a refusal, Pulumi ends the program here. */
function hold(gate: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => gate.urn.apply(resolve));
}

export = async () => {
    const run = new pulumi.Config().require("run"); // another value starts the check again
    const start = new tcsql.MigrationCheckStart("start", { migrateId: 1066, region: "ap-guangzhou", triggers: [run] });
    const orders = new tcsql.MigrationCheck("orders", { start });
    await hold(orders); // nothing below this line changes before that start has passed

    new pulumi.Stash("switch", { input: "orders-new.example" }); // a placeholder for what your cut-over changes

    return { total: orders.total, current: orders.current, steps: orders.steps };
};
