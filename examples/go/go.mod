module gate

go 1.25

require (
	example.com/pulumi-tcsql-check/sdk/go v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.274.1
)

replace example.com/pulumi-tcsql-check/sdk/go => ./sdks/go
