//go:build tools

// Package mongodb pins MongoDB's tools and a server that speaks its protocol.
package mongodb

import (
	_ "github.com/FerretDB/FerretDB/cmd/ferretdb"
	_ "github.com/mongodb/mongo-tools/mongodump/main"
	_ "github.com/mongodb/mongo-tools/mongorestore/main"
)
