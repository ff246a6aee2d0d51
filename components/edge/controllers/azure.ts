import { IN_CLUSTER, WEBSOCKET_SECONDS } from "../capabilities.ts";
import type { Controller } from "./controller.ts";

/** Application Gateway Ingress Controller. https://azure.github.io/application-gateway-kubernetes-ingress/annotations/ */
export const azure: Controller = {
  title: "Azure Application Gateway",
  classes: ["azure-application-gateway", "azure/application-gateway"],
  comesFrom: "addresses",
  ingresses: "many",
  can: ["timeoutSeconds", "websockets", "responseHeaders", "redirectHttps"],
  tls: [...IN_CLUSTER, "certificate"],
  ingress({ id, features }, { redirectHttps, tls, application }) {
    const { timeoutSeconds, websockets, responseHeaders } = features;
    const wait = websockets ? WEBSOCKET_SECONDS : timeoutSeconds;
    const key = (what: string) => `appgw.ingress.kubernetes.io/${what}`;
    return {
      annotations: {
        ...(redirectHttps === undefined ? {} : { [key("ssl-redirect")]: String(redirectHttps) }),
        ...("certificate" in tls ? { [key("appgw-ssl-certificate")]: tls.certificate } : {}),
        ...(wait ? { [key("request-timeout")]: String(wait) } : {}),
        ...(responseHeaders ? { [key("rewrite-rule-set-custom-resource")]: `${application}-${id}-headers` } : {}),
      },
      objects: responseHeaders
        ? [
            {
              apiVersion: "appgw.ingress.azure.io/v1beta1",
              kind: "AzureApplicationGatewayRewrite",
              suffix: `${id}-headers`,
              spec: {
                rewriteRules: [
                  {
                    name: "headers",
                    ruleSequence: 100,
                    conditions: [],
                    actions: {
                      requestHeaderConfigurations: [],
                      responseHeaderConfigurations: Object.entries(responseHeaders).map(
                        ([headerName, headerValue]) => ({
                          actionType: "set",
                          headerName,
                          headerValue,
                        }),
                      ),
                    },
                  },
                ],
              },
            },
          ]
        : [],
    };
  },
};
