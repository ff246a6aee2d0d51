/** Programs that kubeconfigs of the clouds' clusters call for a token, and how each is had. */
export const TOKEN_COMMANDS = {
  eks: { command: "aws", install: "install the AWS CLI 2" },
  gke: { command: "gke-gcloud-auth-plugin", install: "gcloud components install gke-gcloud-auth-plugin" },
  aks: { command: "kubelogin", install: "az aks install-cli" },
} as const;
