namespace Pfe.Vision.Imaging.Damage;

/// <summary>One face of a plan.</summary>
/// <param name="Image">Index of the photograph.</param>
/// <param name="Person">Who it shows.</param>
/// <param name="Recipe">Index of the recipe it is spoilt by; <see cref="DamagePlan.Clean"/> for none.</param>
internal readonly record struct PlannedFace(int Image, int Person, int Recipe);

/// <summary>Which photographs of which people are spoilt in which way, so that strangers share a damage. A pure function of its
/// arguments.</summary>
/// <param name="Faces">Every face, clean ones first within each group of people.</param>
/// <param name="Recipes">The recipes that <see cref="PlannedFace.Recipe"/> counts in.</param>
internal sealed record DamagePlan(IReadOnlyList<PlannedFace> Faces, IReadOnlyList<DamageRecipe> Recipes)
{
    /// <summary>The recipe of a clean face.</summary>
    public const int Clean = -1;

    /// <summary>The kind of a face's damage; null for a clean one.</summary>
    /// <param name="face">A face of the plan.</param>
    public RecipeKind? KindOf(in PlannedFace face) => face.Recipe == Clean ? null : Recipes[face.Recipe].Kind;

    /// <summary>
    /// Small groups of people, each with recipes of its own: many recipes on few faces each. What lies beyond the recipes of training
    /// limits a head before the number of its people does.
    /// </summary>
    /// <param name="people">The photographs of each person.</param>
    /// <param name="groupSize">People a group; the last, smaller group is left out unless it is the only one.</param>
    /// <param name="imagesEach">The most photographs taken of a person.</param>
    /// <param name="recipesEach">Recipes a group; the kinds take turns.</param>
    /// <param name="wornEach">Further recipes a group of <see cref="DamageRecipe.Worn"/>, which take turns as well.</param>
    /// <param name="seed">Draws the recipes.</param>
    public static DamagePlan InGroups(
        IReadOnlyList<IReadOnlyList<int>> people, int groupSize, int imagesEach, int recipesEach, int wornEach, int seed)
    {
        // What people wear comes in more shapes than anything else here: it comes round twice.
        RecipeKind[] kinds = [.. DamageRecipe.Menu, .. DamageRecipe.Worn, .. DamageRecipe.NonFaces];
        var (faces, recipes, turns, worn) = (new List<PlannedFace>(), new List<DamageRecipe>(), 0, 0);
        foreach (var group in Enumerable.Range(0, people.Count).Chunk(groupSize))
        {
            if (group.Length < groupSize && recipes.Count > 0) break;
            Add(faces, people, group, imagesEach, Clean);
            for (var i = 0; i < recipesEach; i++, turns++) AddUnder(new(kinds[turns % kinds.Length], SeedOf(seed, turns)), group);
            // Seeds of their own, so that more of them change none of the others.
            for (var i = 0; i < wornEach; i++, worn++)
                AddUnder(new(DamageRecipe.Worn[worn % DamageRecipe.Worn.Count], SeedOf(~seed, worn)), group);
        }
        return new DamagePlan(faces, recipes);

        void AddUnder(DamageRecipe recipe, IEnumerable<int> group)
        {
            recipes.Add(recipe);
            Add(faces, people, group, imagesEach, recipes.Count - 1);
        }
    }

    /// <summary>Every kind on everybody, in a few recipes each: what thresholds are measured on, kind by kind.</summary>
    /// <param name="people">The photographs of each person.</param>
    /// <param name="kinds">The kinds; one that comes several times gets as many times the recipes.</param>
    /// <param name="recipesEach">Recipes a kind; the people are dealt out among them.</param>
    /// <param name="imagesEach">The most photographs taken of a person.</param>
    /// <param name="seed">Draws the recipes.</param>
    public static DamagePlan ByKind(IReadOnlyList<IReadOnlyList<int>> people, IReadOnlyList<RecipeKind> kinds, int recipesEach,
        int imagesEach, int seed)
    {
        var (faces, recipes) = (new List<PlannedFace>(), new List<DamageRecipe>());
        Add(faces, people, Enumerable.Range(0, people.Count), imagesEach, Clean);
        foreach (var kind in kinds)
        {
            for (var share = 0; share < recipesEach; share++)
            {
                recipes.Add(new DamageRecipe(kind, SeedOf(seed, recipes.Count)));
                Add(faces, people, Enumerable.Range(0, people.Count).Where(person => person % recipesEach == share), imagesEach,
                    recipes.Count - 1);
            }
        }
        return new DamagePlan(faces, recipes);
    }

    private static void Add(List<PlannedFace> faces, IReadOnlyList<IReadOnlyList<int>> people, IEnumerable<int> group, int imagesEach,
        int recipe)
    {
        foreach (var person in group)
            faces.AddRange(people[person].Take(imagesEach).Select(image => new PlannedFace(image, person, recipe)));
    }

    private static int SeedOf(int seed, int recipe)
    {
        // Neighbouring recipes shall have nothing in common, whatever the generator does with neighbouring seeds.
        var bits = (ulong)(uint)seed << 32 | (uint)recipe;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return (int)((bits ^ (bits >> 31)) & int.MaxValue);
    }
}
