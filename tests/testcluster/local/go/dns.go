package main

// A cluster DNS in the size of a test: A records for Services and the endpoints of headless ones under the cluster's
// domain; every other name goes to the machine's own resolver. CoreDNS releases do not build with this client-go.

import (
	"context"
	"encoding/binary"
	"flag"
	"io"
	"log"
	"net"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
)

const (
	maximumMessage  = 65535
	upstreamTimeout = 5 * time.Second
)

type resolver struct {
	domain   string
	upstream string
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
}

func serveDNS() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	listen := flag.String("listen", "", "host:port, UDP and TCP")
	upstream := flag.String("upstream", "", "host:port of the next resolver; empty: other names are refused")
	domain := flag.String("domain", "cluster.local.", "the cluster's domain, with a final dot")
	flag.Parse()
	factory := informers.NewSharedInformerFactory(connect(*kubeconfig), 0)
	r := &resolver{
		domain:   *domain,
		upstream: *upstream,
		services: factory.Core().V1().Services().Lister(),
		slices:   factory.Discovery().V1().EndpointSlices().Lister(),
	}
	startAndSync(context.Background(), factory)
	go r.serveTCP(*listen)
	r.serveUDP(*listen)
}

func (r *resolver) serveUDP(address string) {
	connection, err := net.ListenPacket("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, maximumMessage)
	for {
		size, from, err := connection.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		query := append([]byte(nil), buffer[:size]...)
		go func() {
			if answer := r.answer("udp", query); answer != nil {
				connection.WriteTo(answer, from)
			}
		}()
	}
}

func (r *resolver) serveTCP(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go r.serveStream(connection)
	}
}

func (r *resolver) serveStream(connection net.Conn) {
	defer connection.Close()
	for {
		connection.SetDeadline(time.Now().Add(2 * upstreamTimeout))
		query, err := readFrame(connection)
		if err != nil {
			return
		}
		answer := r.answer("tcp", query)
		if answer == nil || writeFrame(connection, answer) != nil {
			return
		}
	}
}

func (r *resolver) answer(network string, query []byte) []byte {
	var message dnsmessage.Message
	if message.Unpack(query) != nil || len(message.Questions) != 1 {
		return nil
	}
	question := message.Questions[0]
	name := strings.ToLower(question.Name.String())
	if !strings.HasSuffix(name, "."+r.domain) && r.upstream != "" {
		return forward(network, r.upstream, query)
	}
	message.Response, message.RecursionAvailable, message.Additionals = true, true, nil
	if strings.HasSuffix(name, "."+r.domain) {
		r.fill(&message, question, name)
	} else {
		message.RCode = dnsmessage.RCodeRefused
	}
	packed, err := message.Pack()
	if err != nil {
		return nil
	}
	return packed
}

func (r *resolver) fill(message *dnsmessage.Message, question dnsmessage.Question, name string) {
	message.Authoritative = true
	addresses, found := r.lookUp(name)
	if !found {
		message.RCode = dnsmessage.RCodeNameError
		return
	}
	if question.Type != dnsmessage.TypeA {
		return
	}
	for _, address := range addresses {
		if four := net.ParseIP(address).To4(); four != nil {
			message.Answers = append(message.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte(four)},
			})
		}
	}
}

// lookUp knows service.namespace.svc.domain, and host.service.namespace.svc.domain of a headless service.
func (r *resolver) lookUp(name string) (addresses []string, found bool) {
	path, isService := strings.CutSuffix(name, ".svc."+r.domain)
	labels := strings.Split(path, ".")
	if !isService || len(labels) < 2 || len(labels) > 3 {
		return nil, false
	}
	host := strings.Join(labels[:len(labels)-2], "")
	service, err := r.services.Services(labels[len(labels)-1]).Get(labels[len(labels)-2])
	if err != nil {
		return nil, false
	}
	if service.Spec.ClusterIP != core.ClusterIPNone {
		return []string{service.Spec.ClusterIP}, host == ""
	}
	addresses = r.endpoints(service, host)
	return addresses, host == "" || len(addresses) > 0
}

func (r *resolver) endpoints(service *core.Service, host string) (addresses []string) {
	selector := labels.SelectorFromSet(labels.Set{discovery.LabelServiceName: service.Name})
	slices, err := r.slices.EndpointSlices(service.Namespace).List(selector)
	if err != nil {
		return nil
	}
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready || service.Spec.PublishNotReadyAddresses
			if ready && (host == "" || endpoint.Hostname != nil && *endpoint.Hostname == host) {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	return addresses
}

func forward(network, upstream string, query []byte) []byte {
	connection, err := net.DialTimeout(network, upstream, upstreamTimeout)
	if err != nil {
		return nil
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(upstreamTimeout))
	if network == "tcp" {
		if writeFrame(connection, query) != nil {
			return nil
		}
		answer, _ := readFrame(connection)
		return answer
	}
	if _, err := connection.Write(query); err != nil {
		return nil
	}
	buffer := make([]byte, maximumMessage)
	size, err := connection.Read(buffer)
	if err != nil {
		return nil
	}
	return buffer[:size]
}

func readFrame(stream io.Reader) ([]byte, error) {
	var size uint16
	if err := binary.Read(stream, binary.BigEndian, &size); err != nil {
		return nil, err
	}
	frame := make([]byte, size)
	_, err := io.ReadFull(stream, frame)
	return frame, err
}

func writeFrame(stream io.Writer, message []byte) error {
	_, err := stream.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...))
	return err
}
