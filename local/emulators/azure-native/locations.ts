/** Regions with availability zones: https://learn.microsoft.com/azure/reliability/regions-list */
export const ZONAL_LOCATIONS: readonly string[] = [
  ...["eastus", "eastus2", "centralus", "southcentralus", "westus2", "westus3", "canadacentral", "mexicocentral"],
  ...["brazilsouth", "chilecentral", "northeurope", "westeurope", "uksouth", "francecentral", "germanywestcentral"],
  ...["switzerlandnorth", "norwayeast", "swedencentral", "polandcentral", "italynorth", "spaincentral", "austriaeast"],
  ...["belgiumcentral", "uaenorth", "qatarcentral", "israelcentral", "southafricanorth", "centralindia", "eastasia"],
  ...["southeastasia", "japaneast", "japanwest", "koreacentral", "australiaeast", "newzealandnorth", "malaysiawest"],
  "indonesiacentral",
];
