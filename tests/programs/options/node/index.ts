// Records behind a gate of the provider plugin; `version.json` beside it has the version.
import * as fs from "fs";
import * as pulumi from "@pulumi/pulumi";

const version = JSON.parse(fs.readFileSync("version.json", "utf8"));
const later = version.number === 2;
const value = later ? "new" : "old";
const other = later ? "created" : "removed";

class Start extends pulumi.CustomResource {
    constructor(name: string, given: pulumi.Inputs) {
        super("tcsql-check:index:MigrationCheckStart", name, given);
    }
}

class Check extends pulumi.ComponentResource {
    public readonly region!: pulumi.Output<string>;

    constructor(name: string, given: pulumi.Inputs) {
        const props = { region: undefined, ...given, pollIntervalSeconds: 1 }; // which also names the output
        super("tcsql-check:index:MigrationCheck", name, props, {}, true);
    }
}

class Record extends pulumi.CustomResource {
    public readonly folder!: pulumi.Output<string>;

    constructor(key: string, folder: pulumi.Input<string>, opts: pulumi.CustomResourceOptions = {}, text: pulumi.Input<string> = value) {
        super("records:index:Record", key, { key, folder, value: text }, opts);
    }
}

function declareGate() {
    const check = { migrateId: version.migrate_id, region: "ap-guangzhou" };
    if (version.given === "migrateId") {
        return new Check("orders", check);
    }
    const triggers = { triggers: [version.run] };
    const start = new Start("start", { ...check, ...triggers });
    return new Check("orders", { start, ...(version.given === "start and triggers" ? triggers : {}) });
}

const gate = declareGate();

function fill(opts: pulumi.CustomResourceOptions) {
    const folder = `records/${value}`;
    new Record("changed", "records", opts);
    new Record("replaced", folder, opts);
    new Record(other, "records", opts);
    new Record("output", "records", {}, pulumi.interpolate`${value} ${gate.region}`);
    const front = new Record("front", folder, { ...opts, deleteBeforeReplace: true });
    new Record("behind-front", front.folder, opts);
}

if (version.holds === "stack") {
    // Everything below waits: the engine answers with the URN once the check has passed.
    gate.urn.apply(() => fill({ dependsOn: gate }));
} else {
    fill({ dependsOn: gate });
}
