// Prints the internal structs of Kubernetes as JSON: the names of their fields in order. Some errors show a part of an object as
// the server holds it in memory. generate.py runs this in a module of its own; see there.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/networking"
	"k8s.io/kubernetes/pkg/apis/policy"
	"k8s.io/kubernetes/pkg/apis/rbac"
)

var found = map[string][][2]string{}

func nameOf(t reflect.Type) string { return t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name() }

// describe writes a type: "?" for a pointer, "[]" for a slice, "{}" for a map, and what is below; structs by their name.
func describe(t reflect.Type) string {
	if t.Name() == "IntOrString" || t.Name() == "Quantity" || t.Name() == "Time" {
		return t.Name()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "?" + describe(t.Elem())
	case reflect.Slice:
		return "[]" + describe(t.Elem())
	case reflect.Map:
		return "{}" + describe(t.Elem())
	case reflect.Struct:
		visit(t)
		return nameOf(t)
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Interface:
		return "any"
	}
	return "int"
}

func visit(t reflect.Type) {
	if _, seen := found[nameOf(t)]; seen {
		return
	}
	found[nameOf(t)] = nil
	fields := [][2]string{}
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name := f.Name
		if tagged {
			name = tag
		}
		if f.Anonymous && (!tagged || strings.HasPrefix(tag, ",")) {
			name = ""
		}
		fields = append(fields, [2]string{name, describe(f.Type)})
	}
	found[nameOf(t)] = fields
}

func main() {
	for _, root := range []any{
		core.Pod{}, core.EphemeralContainer{}, core.PersistentVolumeClaim{}, core.PersistentVolume{}, core.Service{},
		apps.Deployment{}, apps.DaemonSet{}, apps.StatefulSet{}, batch.Job{}, batch.CronJob{}, networking.Ingress{},
		networking.NetworkPolicy{}, policy.PodDisruptionBudget{}, rbac.RoleBinding{}, apiextensions.CustomResourceDefinition{},
	} {
		visit(reflect.TypeOf(root))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}
