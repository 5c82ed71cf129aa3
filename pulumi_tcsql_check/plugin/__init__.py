"""The provider plugin, `pulumi-resource-tcsql-check`: the gate for programs in every Pulumi language."""
