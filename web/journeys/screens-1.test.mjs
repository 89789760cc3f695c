// The first half of the screens that are looked at before a release.
import { walkScreens } from "./screen-walk.mjs";

walkScreens(0, 2);
