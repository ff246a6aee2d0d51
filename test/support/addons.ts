/** The shop with add-ons, for their tests. */

import type { AddonName } from "../../config/addons/catalogue.ts";
import type { AddonPlan } from "../../config/addons.ts";
import type { Plan } from "../../config/plan.ts";
import { planOf, type Shop } from "./shop.ts";

/** Its plan with these add-ons, after `change`. */
export function planWith(addons: object, change: (shop: Shop) => void = () => {}): Plan {
  return planOf((shop) => {
    shop.stack.addons = addons;
    change(shop);
  });
}

/** The one add-on of a plan by that name. */
export function addonOf(plan: Plan, name: AddonName): AddonPlan {
  const found = plan.addons.list.find((addon) => addon.name === name);
  if (!found) throw new Error(`no add-on "${name}"; there are: ${plan.addons.list.map((it) => it.name).join(", ")}`);
  return found;
}
