// The Ideas room: five of the chapter's ideas, and a path through them.

import { Builder } from "./ideas/builder.js";
import { CircuitIdea } from "./ideas/circuit.js";
import { MiniBatchIdea } from "./ideas/minibatch.js";
import { PerceptronIdea } from "./ideas/perceptron.js";
import { showPath } from "./ideas/path.js";
import { Valley } from "./ideas/valley.js";

showPath(document.getElementById("path"));
for (const idea of [new Valley(), new PerceptronIdea(), new CircuitIdea(), new Builder(), new MiniBatchIdea()]) idea.begin();
