package main

// A dynamic provisioner in the size of a test: a claim of the storage class gets a directory of its own that every user
// may write to (hostPath ignores fsGroup), and the directory goes when the claim goes.

import (
	"context"
	"flag"
	"log"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const (
	provisionerName      = "testcluster/directory"
	provisionedBy        = "pv.kubernetes.io/provisioned-by"
	retryFailedClaims    = 5 * time.Second
	writableByEveryone   = 0o777
	directoryNamePattern = "pvc-"
)

type provisioner struct {
	client    kubernetes.Interface
	class     string
	directory string
}

func provisionVolumes() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	class := flag.String("class", "local", "the storage class to serve")
	directory := flag.String("directory", "", "where the volumes' directories are made")
	flag.Parse()
	p := &provisioner{client: connect(*kubeconfig), class: *class, directory: *directory}
	factory := informers.NewSharedInformerFactory(p.client, retryFailedClaims)
	watch(factory.Core().V1().PersistentVolumeClaims().Informer(), p.provision)
	watch(factory.Core().V1().PersistentVolumes().Informer(), p.reclaim)
	startAndSync(context.Background(), factory)
	select {}
}

// watch hands every object to act once it is seen, changed, or due for the periodic second look.
func watch[T any](informer cache.SharedIndexInformer, act func(T) error) {
	handle := func(object any) {
		if err := act(object.(T)); err != nil {
			log.Printf("will be tried again: %v", err)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    handle,
		UpdateFunc: func(_, object any) { handle(object) },
	})
	if err != nil {
		log.Fatal(err)
	}
}

func (p *provisioner) provision(claim *core.PersistentVolumeClaim) error {
	wanted := claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName == p.class
	if !wanted || claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil {
		return nil
	}
	name := directoryNamePattern + string(claim.UID)
	path := filepath.Join(p.directory, name)
	if err := os.MkdirAll(path, writableByEveryone); err != nil {
		return err
	}
	// The process's umask has cut the mode that the directory was made with.
	if err := os.Chmod(path, writableByEveryone); err != nil {
		return err
	}
	_, err := p.client.CoreV1().PersistentVolumes().Create(context.Background(), p.volume(name, path, claim), meta.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (p *provisioner) volume(name, path string, claim *core.PersistentVolumeClaim) *core.PersistentVolume {
	directory := core.HostPathDirectory
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisionerName}},
		Spec: core.PersistentVolumeSpec{
			StorageClassName:              p.class,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			ClaimRef: &core.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: core.PersistentVolumeSource{
				HostPath: &core.HostPathVolumeSource{Path: path, Type: &directory},
			},
		},
	}
}

func (p *provisioner) reclaim(volume *core.PersistentVolume) error {
	ours := volume.Annotations[provisionedBy] == provisionerName
	if !ours || volume.Status.Phase != core.VolumeReleased || volume.DeletionTimestamp != nil {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(p.directory, volume.Name)); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(context.Background(), volume.Name, meta.DeleteOptions{})
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}
