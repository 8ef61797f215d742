// Prints the structs behind the Kubernetes API as JSON: field names, Go types, JSON and protobuf tags, merge keys.
// generate.py runs it in a module of its own; see there.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

type field struct {
	JSON, Go, Type, Protobuf, MergeKey, Strategy string
	Pointer, OmitEmpty, OmitZero, Inline         bool
}

var found = map[string][]field{}

func pathOf(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

func visit(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.PkgPath(), "k8s.io/") {
		return
	}
	if _, seen := found[pathOf(t)]; seen {
		return
	}
	fields := []field{}
	found[pathOf(t)] = fields
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		fields = append(fields, read(f))
		visit(f.Type)
	}
	found[pathOf(t)] = fields
}

func read(f reflect.StructField) field {
	tag := strings.Split(f.Tag.Get("json"), ",")
	options := tag[1:]
	elem := f.Type
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	return field{
		JSON: tag[0], Go: f.Name, Type: describe(elem), Protobuf: f.Tag.Get("protobuf"),
		MergeKey: f.Tag.Get("patchMergeKey"), Strategy: f.Tag.Get("patchStrategy"),
		Pointer:   f.Type.Kind() == reflect.Pointer,
		OmitEmpty: slices.Contains(options, "omitempty"), OmitZero: slices.Contains(options, "omitzero"),
		Inline: slices.Contains(options, "inline") || (f.Anonymous && tag[0] == ""),
	}
}

// describe writes a type as the table has it: []T, {K}V, *T, and a named type as its path, "=" and what it is made of.
func describe(t reflect.Type) string {
	made := t.Kind().String()
	switch t.Kind() {
	case reflect.Pointer:
		made = "*" + describe(t.Elem())
	case reflect.Slice:
		made = "[]" + describe(t.Elem())
	case reflect.Map:
		made = "{" + describe(t.Key()) + "}" + describe(t.Elem())
	}
	if t.PkgPath() == "" {
		return made
	}
	return pathOf(t) + "=" + made
}

func main() {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme, metrics.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	kinds := map[string]string{}
	for gvk, t := range s.AllKnownTypes() {
		if strings.HasPrefix(t.PkgPath(), "k8s.io/") {
			kinds[gvk.Group+"/"+gvk.Version+"/"+gvk.Kind] = pathOf(t)
			visit(t)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"kinds": kinds, "types": found}); err != nil {
		panic(err)
	}
}
