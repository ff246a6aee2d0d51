/** Regions with availability zones on 2026-11-21: https://learn.microsoft.com/azure/reliability/regions-list */
export const ZONAL_LOCATIONS: readonly string[] = [
  ...["australiaeast", "austriaeast", "belgiumcentral", "brazilsouth", "canadacentral", "centralindia", "centralus"],
  ...["chilecentral", "eastasia", "eastus", "eastus2", "francecentral", "germanywestcentral", "indonesiacentral"],
  ...["israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral", "malaysiawest", "mexicocentral"],
  ...["newzealandnorth", "northeurope", "norwayeast", "polandcentral", "qatarcentral", "southafricanorth"],
  ...["southcentralus", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth", "uaenorth", "uksouth"],
  ...["westeurope", "westus2", "westus3"],
];
