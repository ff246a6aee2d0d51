// Command cyclonus asks Cyclonus' evaluator of NetworkPolicies: for each connection that comes in, `true` or `false`.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

type end struct {
	IP  string `json:"ip"`
	Pod *struct {
		Namespace       string            `json:"namespace"`
		Labels          map[string]string `json:"labels"`
		NamespaceLabels map[string]string `json:"namespaceLabels"`
	} `json:"pod"`
}

func (e end) peer() *matcher.TrafficPeer {
	if e.Pod == nil {
		return &matcher.TrafficPeer{IP: e.IP}
	}
	return &matcher.TrafficPeer{IP: e.IP, Internal: &matcher.InternalPeer{
		Namespace:       e.Pod.Namespace,
		NamespaceLabels: e.Pod.NamespaceLabels,
		PodLabels:       e.Pod.Labels,
	}}
}

type question struct {
	Policies    []*networkingv1.NetworkPolicy `json:"policies"`
	Ends        []end                         `json:"ends"`
	Connections []struct {
		From     int             `json:"from"` // of the ends
		To       int             `json:"to"`
		Port     int             `json:"port"`
		PortName string          `json:"portName"`
		Protocol corev1.Protocol `json:"protocol"`
	} `json:"connections"`
}

func main() {
	if err := answer(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer() error {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		return err
	}
	answers := make([][]bool, len(questions))
	for i, asked := range questions {
		policies := matcher.BuildNetworkPolicies(false, asked.Policies)
		answers[i] = []bool{}
		for _, connection := range asked.Connections {
			answers[i] = append(answers[i], policies.IsTrafficAllowed(&matcher.Traffic{
				Source:           asked.Ends[connection.From].peer(),
				Destination:      asked.Ends[connection.To].peer(),
				ResolvedPort:     connection.Port,
				ResolvedPortName: connection.PortName,
				Protocol:         connection.Protocol,
			}).IsAllowed())
		}
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}
