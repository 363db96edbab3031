using Pfe.TestSupport;
using Pfe.TestSupport.Matlab;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Cli.Tests;

/// <summary>
/// The folders that the reference's README speaks of, made of chance pixels and tiny networks: LFW with its landmark list and pairs, IJB-A
/// with two splits, checkpoints, a configuration, and beside them what ProbFace's users have.
/// </summary>
internal sealed class ReferenceWorld : IDisposable
{
    private const string Numbers = "40 76 58 43 72 54 54 74 96 96";
    private readonly TemporaryFolder _folder = new();

    public ReferenceWorld()
    {
        Lfw();
        Ijba();
        Networks();
        Configurations();
        Blufr();
    }

    public string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    private string At(string path) => _folder.File(path.Split('/'));

    private void Lfw()
    {
        string[] names = [.. from p in Enumerable.Range(0, 6) from i in new[] { 1, 2 }
            select $"{(char)('A' + p)}/{(char)('A' + p)}_{i:0000}.jpg"];
        foreach (var (n, name) in names.Index()) BadPictures.Noise(120, 120, n).Save(At($"lfw/images/{name}"));
        File.WriteAllLines(At("data/ldmark_lfw_mtcnncaffe.txt"), names.Select(name => $"{name} {Numbers}"));
        File.WriteAllText(At("proto/lfw_pairs.txt"),
            "3 2\nA 1 2\nB 1 2\nA 1 B 1\nA 2 B 2\nC 1 2\nD 1 2\nC 1 D 1\nC 2 D 2\nE 1 2\nF 1 2\nE 1 F 1\nE 2 F 2\n");
    }

    /// <summary>Two splits of four persons with two templates each.</summary>
    private void Ijba()
    {
        var rows = Enumerable.Range(0, 16).Select(n => (Template: n / 2, Subject: 1 + n / 4, File: n % 2 == 0 ? $"img/{n}.jpg"
            : $"frame/{n}.png", Medium: n)).ToList();
        foreach (var row in rows) BadPictures.Noise(140, 140, 50 + row.Medium).Save(At($"ijba/images/{row.File}"));
        File.WriteAllLines(At("proto/IJB-A/metadata.csv"),
            ["TEMPLATE_ID,SUBJECT_ID,FILE,MEDIA_ID,SIGHTING_ID,FRAME,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT",
            .. rows.Select(row => $"{row.Template},{row.Subject},{row.File},{row.Medium},0,0,10.5,12.25,90,100.5")]);
        File.WriteAllLines(At("data/ldmark_ijba_mtcnncaffe.txt"),
            rows.Select(row => $"{row.Subject}/{row.File.Replace('/', '_')} 85 160 120 90 150 115 115 150 200 200"));
        foreach (var split in new[] { 1, 2 })
        {
            File.WriteAllLines(At($"proto/IJB-A/IJB-A_11_sets/split{split}/verify_metadata_{split}.csv"),
                ["TEMPLATE_ID,SUBJECT_ID,FILE,MEDIA_ID,SIGHTING_ID",
                    .. rows.Select(row => $"{row.Template},{row.Subject},{row.File},{row.Medium},0")]);
            File.WriteAllLines(At($"proto/IJB-A/IJB-A_11_sets/split{split}/verify_comparisons_{split}.csv"),
                from a in Enumerable.Range(0, 8) from b in Enumerable.Range(a + 1, 7 - a) select $"{a},{b}");
        }
    }

    private void Networks()
    {
        NaiveSphereNet Sphere(bool head) => new([0, 0, 0, 0], [4, 4, 4, 4], 96, 112, 8, head);
        Sphere(false).Write(new CheckpointWriter(), At("pretrained/sphere64_casia_am/ckpt-1"));
        Sphere(true).Write(new CheckpointWriter(), At("pretrained/PFE_sphere64_casia_am/ckpt-1"));
        new NaiveResFace([0, 1, 0, 0], [4, 4, 4, 4], 96, 8, outputs: 1, layered: true).Write(new CheckpointWriter(),
            At("log/resface64/ckpt-1"));
    }

    private void Configurations()
    {
        File.WriteAllText(At("config/sphere64_casia.py"), """
            import os
            name = 'sphere64_casia_am_PFE'
            log_base_dir = './log/'
            train_dataset_path = "./data/lfw_mtcnncaffe_aligned"
            image_size = [112, 96]
            preprocess_train = [['center_crop', (112, 96)], ['random_flip'], ['standardize', 'mean_scale']]
            preprocess_test = [['center_crop', (112, 96)], ['standardize', 'mean_scale']]
            num_gpus = 1
            embedding_network = "models/sphere_net_PFE.py"
            uncertainty_module = "models/uncertainty_module.py"
            embedding_size = 8
            batch_format = {'size': 8, 'num_classes': 4}
            epoch_size = 3
            num_epochs = 1
            lr = 1e-3
            learning_rate_schedule = {0: 1 * lr}
            restore_model = './pretrained/sphere64_casia_am'
            restore_scopes = ['SphereNet/conv', 'SphereNet/Bot']
            """);
        File.WriteAllText(At("configfig/resface64_msarcface.py"), """
            name = 'resface64'
            train_dataset_path = r"F:\faces"
            image_size = [96, 96]
            preprocess_train = [['resize', (image_size[0], image_size[1])], ['standardize', 'mean_scale']]
            embedding_network = "models/resface64_relu.py"
            uncertainty_module = "models/uncertainty_module.py"
            uncertainty_module_output_size = 1
            batch_size = 128
            batch_format = {'size': batch_size, 'num_classes': batch_size // 4}
            restore_model = r'log/resface64'
            exclude_restore_scopes = ['UncertaintyModule']
            loss_weights = {'mls_loss': 1.0, 'output_constraint_loss': 0.001, 'discriminate_loss': 0.001}
            output_constraint_type = 'L2'
            """);
    }

    private void Blufr()
    {
        string[] names = [.. from p in Enumerable.Range(0, 6) from i in new[] { 1, 2 }
            select $"{(char)('A' + p)}\\{(char)('A' + p)}_{i:0000}.jpg"];
        new MatWriter().Texts("imagelist_lfw", names).Save(At("proto/WDRef/imagelist_lfw.mat"));
        new MatWriter().Numbers("id_lfw", [.. Enumerable.Range(0, 12).Select(n => n / 2 + 1.0)]).Save(At("proto/blufr/id_lfw.mat"));
        var (gallery, mated, others) = (new MatWriter(), new MatWriter(), new MatWriter());
        for (var trial = 1; trial <= 10; trial++)
        {
            gallery.Numbers($"gallery_index_{trial}", 1, 3, 5);
            mated.Numbers($"genuine_probe_index_{trial}", 2, 4, 6);
            others.Numbers($"impostor_probe_index_{trial}", 7, 8, 9, 10, 11, 12);
        }
        gallery.Save(At("proto/blufr/lfw_gallery_index.mat"));
        mated.Save(At("proto/blufr/lfw_genuine_probe_index.mat"));
        others.Save(At("proto/blufr/lfw_impostor_probe_index.mat"));
    }
}
